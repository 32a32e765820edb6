/* sources cf5aedf2f0e44629cc6565478a8190dc422299b5de6bfdefdb37de6b82c6e928 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

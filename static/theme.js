/* sources 4f79223bf561e3f42a7ce7aff2493e923ab90e38945856934b97c6fb9426a809 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

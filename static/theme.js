/* sources 731f8e7934734de1a8c97b31fd5c9eb83a2dc1c8a0082835908e4afbed8adcf9 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

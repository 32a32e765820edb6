/* sources 94678466db5139787c58a3b1e4fcb653d77641e3c45553ee69773fb5ac1c3361 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

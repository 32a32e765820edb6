/* sources d89d39b11f493cf16576916a89d3bbaee9b6331127f2148575e80322b77a64d6 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

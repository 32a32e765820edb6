/* sources 34a479917a14968733e06f3de4ce21f16ebad2f9f8a2c7b3644396de35ff72a0 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

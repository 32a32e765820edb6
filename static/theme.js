/* sources 6f6cf5509ebcefd50f3012d0d38afef1d9f5a2eb023436e45583b7d2978bdd6e */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

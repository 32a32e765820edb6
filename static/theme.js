/* sources 60d726b467d6ccd2ec93ddd97aef373bc7f80a2f9f5675ef061aceac40930be3 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

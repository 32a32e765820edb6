/* sources fa2359d4661ef27705a35b7024ce9ed6c212d15d1f0c27e1fbcf42b5ae27fa05 */
(()=>{try{let e=localStorage.getItem("parley:theme");e&&(document.documentElement.dataset.theme=e)}catch{}})();

/* sources 840ad9830f54b3d3b18628aa7c906532dc3596c4e82bd019b3b6796c7e028e0e */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

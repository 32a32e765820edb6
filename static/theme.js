/* sources f23d051fb2c08c7eba4b9d823e50dfac6c24a5ba2573b80b26ff375a0ea0c5be */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources aed5c7d633d29d3ced915df36120da82a22983d0c52ee7b6e1eeb3394a1ef4ce */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources a629c2d3225e5fe7 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

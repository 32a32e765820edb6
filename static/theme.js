/* sources d3f70697f367241c */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources 8f7fe714523e0be1a0e0d00bf588b1299e3273f194731bb065fe692222bdac6d */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

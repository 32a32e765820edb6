/* sources 069e479905ae0ee6bcaf90616ff183858ee82216f73b3b406441c83b3308a237 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

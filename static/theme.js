/* sources 4c9de6c8a831df09858c7b614571cf0b50a46ff1ea856b60feb1c2e46ff2bb5c */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

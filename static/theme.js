/* sources dc05bf59a938d409f911f2b733067177cb7468649b87a464d27adeec5ad17542 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

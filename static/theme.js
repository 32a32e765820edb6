/* sources b2bd2913164ed7d6cd7f70779b1688a04ee94a8d61627482065163ae6f788ce9 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

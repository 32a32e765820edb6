/* sources aad8bbafff07f02ae3715028b68ac87d09227d0d87fa5778d8a7caa73a7305e1 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

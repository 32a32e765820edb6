/* sources 537e2ee602755a9a3070c155632ba20e952c3607f99273c0689965a7aba44b85 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

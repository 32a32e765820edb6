/* sources 18133bb34e01846febfd063953dbedf9d5c5d70349dd8920e9c65128b1973541 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

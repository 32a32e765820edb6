/* sources 48ec67bb1d90beb9 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

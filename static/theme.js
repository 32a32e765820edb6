/* sources 9939f57b18e4e0f9fb07d5475a93ce7739b92c1aa100b0d5507d1348b6f6a9a4 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

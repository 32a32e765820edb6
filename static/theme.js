/* sources 58fdfa239dfeb50a101549d58978375da3e8e9a658e492a151904d23c1100c05 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources 3765da89a6375e7d */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources 36bd7769a6628de4c69efca12ef990e4edb0d197f4df1a675f8acb4d5686f7ed */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

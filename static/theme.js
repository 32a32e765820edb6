/* sources f84599cf9606a805ef3f1fa19932088fa2547076c2a593950fe27deeeca9b627 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

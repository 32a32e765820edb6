/* sources d20d02f5d222a22264a317c48384eb9a6a0fb689eadd3723bbba77ade2843e8c */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources 36e30bb9fdb93a1d20bb9eabea385b3966aea8c6be650cd5a99596b8b29b556c */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources bbb43530354405a5a92fc7330175827c595e27dc52ea5240124886593d794f3c */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources e0c9ec769afeeef21950a31df3d69a8884209141e16cc45cd03ce0697569da3c */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

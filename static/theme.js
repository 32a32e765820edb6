/* sources 4d9e10d482888fa2a2eab82c8cc4ef6569bc604aa76389df76de53444155f3ae */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

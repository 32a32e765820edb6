/* sources a1cd5e8826abcf071fd197b6398a4f73f7b784528253a8b918f9423e84b1516f */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

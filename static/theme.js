/* sources a086d44ababbb08b574c3416a0be4fd4b35d2920146632120d1ed58beee265b6 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

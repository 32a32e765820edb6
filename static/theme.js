/* sources eb48af32e0af47db661f92fa074e881465038fdfb0b2735764bdf96efdfea528 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

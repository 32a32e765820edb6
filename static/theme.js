/* sources 366cd5da65811d70a19af768c75e777fc9a21e1d2d81b683ad9c680560a55b86 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources d73e7e92ba63579496e892e5753e489d68d1cd45efdfb7251fd251c44dd3b987 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

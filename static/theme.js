/* sources db95325c8c346b736a6c0a890a369e997c0838b60a39f731c7a74d93b5301446 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

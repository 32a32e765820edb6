/* sources 8b47e8a6b7ef8a6514dc7656ee88e9f14b5fefaf643aecb49711393c45911f9a */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources bd7d9b2b63a2622bf0f2e853a6a1f616bda3bfdc718e0b7f8a1a33b40f51d47b */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

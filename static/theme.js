/* sources d068e2ee4391e4dcc8e14e597a8267bda7fcd9b338420bf192390095acd36047 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

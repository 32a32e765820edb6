/* sources b0a941a35c75b1569cc648a7ed6fec1ccea199942d7735e2a84246fe7ee01162 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources 2107868e7f5e5615d1958a7d0fd76f766475eb27a01b3b47341b0bda75bd6ebc */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

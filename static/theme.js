/* sources 7d4f6706c5638b90f9055ef58601bf22bdaeae0ac93ced3583642a051c298431 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

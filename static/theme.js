/* sources 514ee5686e9ea43c3f58ec52a87b5c253b96bbb135a88334196142429064e814 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

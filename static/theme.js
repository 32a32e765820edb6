/* sources 2b0a76aea8eba14e592116550c5dc93ed1221cb09e176035423cbfd1ff794405 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

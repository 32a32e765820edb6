/* sources 2e715e0d5aaa933573afcc13be3a557365a6767a07e786715b841ca04c138624 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

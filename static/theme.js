/* sources d02f4af08708523d788331985a2357e1884506433c8da703d43d0033a6495955 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

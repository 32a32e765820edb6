/* sources 2cb62dcafe58838fe615881da00be2df2dd7c31121d1292446cf4d5800dba72b */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

/* sources 0c2c27ab8f8ccb5816c62848bbee38100121b74d567587f9a62718c76a971a0c */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

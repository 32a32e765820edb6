/* sources 6a99062f8ff133c7bb1d62e166157d2d61ce42f53936cbbc91406cc2217a4958 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

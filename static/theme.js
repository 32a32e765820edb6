/* sources 17d8445e91f80f029cc6c538c65de4e5213f5aed5ccbebb2389ca8df551b4fc2 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();

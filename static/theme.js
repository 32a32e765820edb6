/* sources 24d3d185332fa280fafa619585b11a092dac4506c7d3bf34359f0b93f0cce8d6 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
